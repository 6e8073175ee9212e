import { Anchor, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { PageHead } from "../../app/PageHead";
import { QueryNotice } from "../../app/QueryNotice";
import { text } from "../../text";
import { Empty } from "../list/Empty";
import { configsQuery, partsQuery } from "../reading";
import { ConfigWorkbench } from "./ConfigWorkbench";
import classes from "./configs.module.css";
import { TEMPLATES } from "./templates";

const words = text.fleet.config;

/** One configuration: its editor, what comes of it on real lines, who has it, and what it was. */
export function ConfigPage() {
  const { name } = useParams({ from: "/shell/fleet/configs/$name" });
  const { template } = useSearch({ from: "/shell/fleet/configs/$name" });
  const configs = useQuery(configsQuery);
  const parts = useQuery(partsQuery);
  const stored = configs.data?.find((config) => config.name === name);
  const first = stored?.config ?? (template === undefined ? undefined : TEMPLATES[template]);
  const isLost = configs.data && first === undefined;
  return (
    <>
      <Anchor component={Link} to="/fleet/configs" size="sm" className={classes.back}>
        {words.all}
      </Anchor>
      <PageHead title={name}>
        {configs.data && !stored && !isLost && <span className={classes.new}>{words.isNew}</span>}
      </PageHead>
      <QueryNotice query={configs} height={480} />
      {!configs.isPending && <QueryNotice query={parts} height={480} />}
      {isLost && (
        <Empty title={words.missing}>
          <Button component={Link} to="/fleet/configs" variant="default" size="sm" mt="md">
            {words.all}
          </Button>
        </Empty>
      )}
      {parts.data && first !== undefined && (
        <ConfigWorkbench key={name} name={name} stored={stored} first={first} parts={parts.data} />
      )}
    </>
  );
}
