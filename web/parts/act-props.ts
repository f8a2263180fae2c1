import type { ButtonProps } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import type { InputOf, OperationName, ResultOf } from '../api/operation-types.ts';
import type { Choices } from './field-input.tsx';

/** What a page says of an act that it offers. */
export interface ActProps<Name extends OperationName> {
  readonly name: Name;
  /** On the button, and as the heading of the form. */
  readonly label: string;
  /** What the page knows already. */
  readonly input?: InputOf<Name>;
  /** What the person is asked for, in this order. None: it asks only whether to do it. */
  readonly ask?: readonly (keyof InputOf<Name> & string)[];
  /** Of these, what must be given although a script may leave it out, such as why. */
  readonly need?: readonly (keyof InputOf<Name> & string)[];
  /** What can be chosen for a field whose definition takes any name, such as the facilities that there are. */
  readonly choices?: Readonly<Partial<Record<keyof InputOf<Name> & string, Choices>>>;
  /** The content of the operation's file, where the page has it. */
  readonly file?: File | undefined;
  /** What the settings are now: the fields begin with it, and what stays so is not sent. */
  readonly current?: InputOf<Name>;
  /** What the fields begin with otherwise: a proposal. */
  readonly initial?: InputOf<Name>;
  /** What will happen, for the person who decides. */
  readonly consequence?: ReactNode;
  /** What the values that are typed would do, so that a person sees it before it is saved. */
  readonly preview?: (whole: InputOf<Name>) => ReactNode;
  /** What has happened, and a link to what it has made. */
  readonly done?: (result: ResultOf<Name>) => ReactNode;
  readonly onDone?: (result: ResultOf<Name>) => void;
  /** It is done at once, without asking: for acts that can be taken back by one click. */
  readonly isImmediate?: boolean;
  readonly isDangerous?: boolean;
  /** Why it cannot be done now. */
  readonly whyNot?: string | undefined;
  readonly button?: ButtonProps;
  /** In place of a button, such as a switch that stands at what is so now. It opens the form. */
  readonly trigger?: (open: () => void, isForbidden: boolean) => ReactElement;
}
