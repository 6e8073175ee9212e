import type { HostReport } from "../api/types";
import { text } from "../text";
import classes from "./host.module.css";

const words = text.host.ports;

/** The watched ports, split by whether something has them. */
export function PortList({ ports }: { ports: HostReport["ports"] | null }) {
  if (ports === null) return <p className={classes.quiet}>{words.notYet}</p>;
  if (ports.inUse.length + ports.notInUse.length === 0) {
    return <p className={classes.quiet}>{words.none}</p>;
  }
  return (
    <div className={classes.ports}>
      <PortGroup title={words.used} ports={ports.inUse} isUsed />
      <PortGroup title={words.free} ports={ports.notInUse} />
    </div>
  );
}

interface PortGroupProps {
  title: string;
  ports: readonly number[];
  isUsed?: boolean;
}

function PortGroup({ title, ports, isUsed = false }: PortGroupProps) {
  return (
    <section aria-label={title}>
      <h3 className={classes.portTitle}>
        {title} <span>{ports.length}</span>
      </h3>
      {ports.length === 0 ? (
        <p className={classes.quiet}>{words.nothing}</p>
      ) : (
        <ul className={classes.portList}>
          {ports.map((port) => (
            <li key={port} data-used={isUsed || undefined}>
              {port}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
