import { explainProduct } from '../operations/products.ts';
import { command } from './command.ts';
import { explanationText } from './explanation-text.ts';

export const EXPLAIN_COMMANDS = [
  command({
    path: 'explain',
    operation: explainProduct,
    arguments: ['sku'],
    show: ({ explanation, shopId }) => ({ json: explanation, text: explanationText(explanation, shopId) }),
  }),
];
