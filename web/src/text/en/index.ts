import { add } from "./add";
import { answers } from "./answers";
import { audit } from "./audit";
import { charts } from "./charts";
import { dates } from "./dates";
import { events } from "./events";
import { fleet } from "./fleet";
import { host } from "./host";
import { logs } from "./logs";
import { overview } from "./overview";
import { session } from "./session";
import { settings } from "./settings";
import { commands, pages, shell } from "./shell";

/** All that people read, in English; one file for each area of the console. */
export const en = {
  shell,
  commands,
  pages,
  answers,
  dates,
  add,
  overview,
  logs,
  audit,
  charts,
  events,
  fleet,
  host,
  session,
  settings,
};
