import { en } from "./en";

/** The language of `text`, as the page names it to the browser and to screen readers. */
export const language = "en";

/** The strings of one language. Another one is a folder beside `en` with values of this type. */
export type Text = typeof en;

/** Every string that people see: `text.shell.menu`. Functions take what goes into them. */
export const text: Text = en;
