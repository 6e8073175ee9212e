import { MISSING } from "../../format/missing";
import classes from "./list.module.css";

/** Tags, or other names, in a row. */
export function TagList({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return <span className={classes.quiet}>{MISSING}</span>;
  return (
    <span className={classes.tags}>
      {tags.map((tag) => (
        <span key={tag} className={classes.tag} title={tag}>
          {tag}
        </span>
      ))}
    </span>
  );
}
