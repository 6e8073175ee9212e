import { Button, Drawer, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { formatAgo } from "../../format/duration";
import { MISSING } from "../../format/missing";
import { formatCount } from "../../format/number";
import { formatMoment } from "../../format/time";
import { writeTerm } from "../../logs/terms";
import { AdminOnly } from "../../session/AdminOnly";
import { text } from "../../text";
import drawer from "../agents/drawer.module.css";
import { useAskChange } from "../change/ChangesProvider";
import type { RunnerLine } from "../types";
import { ORDERS, orderRunners } from "./changes";
import { RunnerStateText } from "./RunnerState";
import classes from "./runners.module.css";

const words = text.fleet.runners;
const METRIC = "metric";

interface RunnerDrawerProps {
  runner: RunnerLine | undefined;
  server_us: number;
  onClose: () => void;
}

/** One runner close up: why it is as it is, its counters, the configuration it really runs. */
export function RunnerDrawer({ runner, server_us, onClose }: RunnerDrawerProps) {
  return (
    <Drawer
      opened={runner !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={<strong>{runner && words.detail.title(runner.name, runner.hostname)}</strong>}
      closeButtonProps={{ "aria-label": text.fleet.common.close }}
    >
      {runner && <RunnerDetail runner={runner} server_us={server_us} />}
    </Drawer>
  );
}

function RunnerDetail({ runner, server_us }: { runner: RunnerLine; server_us: number }) {
  const { status } = runner;
  const facts: [string, string][] = [
    [words.detail.since, status?.since_us ? formatAgo(status.since_us, server_us) : MISSING],
    [words.detail.wanted, formatMoment(runner.config_us || null)],
    [words.detail.ran, formatMoment(status?.config_us || null)],
    [words.detail.read, formatCount(status?.read)],
    [words.detail.failed, formatCount(status?.failed)],
    [words.detail.filtered, formatCount(status?.filtered)],
    [words.detail.spooled, formatCount(status?.spooled)],
  ];
  return (
    <>
      <RunnerStateText runner={runner} />
      {status?.reason && <p className={classes.reason}>{status.reason}</p>}
      <dl className={drawer.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {runner.kind !== METRIC && <Rows runner={runner} />}
      {runner.is_built_in ? (
        <p className={drawer.quiet}>{words.builtInWhat}</p>
      ) : (
        <Orders runner={runner} />
      )}
      <h2 className={drawer.title}>{words.detail.errors}</h2>
      {status?.errors?.length ? (
        <ul className={classes.errors}>
          {status.errors.toReversed().map((error, index) => (
            <li key={index}>{error}</li>
          ))}
        </ul>
      ) : (
        <p className={drawer.quiet}>{words.detail.noErrors}</p>
      )}
    </>
  );
}

/** The ways to the rows that a log runner read, and to those that it could not take apart. */
function Rows({ runner }: { runner: RunnerLine }) {
  const whose = [
    writeTerm("agent", runner.hostname || runner.agent_id),
    writeTerm("runner", runner.name),
  ];
  return (
    <Group gap="md" mt="sm">
      <Link to="/logs" search={{ q: whose.join(" ") }} className={drawer.link}>
        {words.detail.rows}
      </Link>
      {Boolean(runner.status?.failed) && (
        <Link
          to="/logs"
          search={{ q: [...whose, "parse_error:*"].join(" ") }}
          className={drawer.link}
        >
          {words.detail.failedRows}
        </Link>
      )}
    </Group>
  );
}

/** What the runner can be told, and the way to its configuration. */
function Orders({ runner }: { runner: RunnerLine }) {
  const ask = useAskChange();
  return (
    <Group gap="xs" mt="md">
      <AdminOnly>
        {ORDERS.map((order) => (
          <Button
            key={order}
            size="compact-sm"
            variant="default"
            onClick={() => ask(orderRunners(order, [runner]))}
          >
            {words.bulk[order]}
          </Button>
        ))}
      </AdminOnly>
      <Link to="/fleet/configs/$name" params={{ name: runner.name }} className={drawer.link}>
        {words.detail.edit}
      </Link>
    </Group>
  );
}
