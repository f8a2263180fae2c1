import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The system's Chromium or Chrome; undefined: there is none, and the tests of the console are left out. */
export function findBrowser(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}
