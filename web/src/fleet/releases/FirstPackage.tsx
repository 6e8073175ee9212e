import { useQuery } from "@tanstack/react-query";
import { CopyLine } from "../../app/CopyLine";
import { sessionQuery } from "../../session/queries";
import { storageQuery } from "../../settings/queries";
import { text } from "../../text";
import { Empty } from "../list/Empty";
import classes from "./releases.module.css";

const words = text.fleet.releases;
const USUAL = "muster-data";

/** How the first package of the agent is made and offered, as commands to copy. */
export function FirstPackage() {
  const isAdmin = useQuery(sessionQuery).data?.is_admin === true;
  const { data } = useQuery({ ...storageQuery, enabled: isAdmin });
  return (
    <>
      <Empty title={words.noPackages} next={words.noPackagesNext} />
      <ol className={classes.steps}>
        {words.commands(quoted(data?.data ?? USUAL)).map(({ what, command }) => (
          <li key={command}>
            {what}
            <CopyLine label={what} content={command} />
          </li>
        ))}
      </ol>
    </>
  );
}

/** Returns a path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
