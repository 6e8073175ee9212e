import type { HostReport } from "../api/types";
import classes from "./host.module.css";

/** The watched ports, split by whether something has them. */
export function PortList({ ports }: { ports: HostReport["ports"] | null }) {
  if (ports === null) return <p className={classes.quiet}>The machine has not reported yet.</p>;
  if (ports.inUse.length + ports.notInUse.length === 0) {
    return <p className={classes.quiet}>No port is watched on this machine.</p>;
  }
  return (
    <div className={classes.ports}>
      <PortGroup title="In use" ports={ports.inUse} isUsed />
      <PortGroup title="Not in use" ports={ports.notInUse} />
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
        <p className={classes.quiet}>None.</p>
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
