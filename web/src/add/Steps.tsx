import { CopyLine } from "../app/CopyLine";
import { text } from "../text";
import classes from "./add.module.css";
import { INSTALL, startCommand } from "./commands";
import type { Way } from "./search";

const { add: words } = text;

interface StepsProps {
  way: Way;
  server: string;
  token: string;
}

/** What to run on the machine. */
export function Steps({ way, server, token }: StepsProps) {
  return (
    <>
      <h2 className={classes.step}>
        {way === "service" ? words.installService : words.installStep}
      </h2>
      <p className={classes.hint}>{words.installWhat}</p>
      <CopyLine label={words.install} content={INSTALL[way]} />
      <h2 className={classes.step}>{words.startStep}</h2>
      <p className={classes.hint}>
        {words.startWhat[way]} {server.startsWith("https:") && words.ownAuthority}
      </p>
      <CopyLine label={words.start} content={startCommand(way, server, token)} />
    </>
  );
}
