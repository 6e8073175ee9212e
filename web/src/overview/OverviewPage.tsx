import { Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { QueryNotice } from "../app/QueryNotice";
import { usePageTitle } from "../app/usePageTitle";
import { text } from "../text";
import { Attention } from "./Attention";
import { MachineList } from "./MachineList";
import { fleetQuery } from "./queries";
import { Tiles } from "./Tiles";

const words = text.overview;
const NoMachine = lazy(async () => ({ default: (await import("../add/NoMachine")).NoMachine }));

/** The first page: what needs a person, then the fleet as a whole, then every machine; live. */
export function OverviewPage() {
  const query = useQuery(fleetQuery);
  const hosts = query.data?.hosts.length ?? 0;
  usePageTitle(words.title);
  return (
    <>
      <Title order={1} className="visually-hidden">
        {words.title}
      </Title>
      <QueryNotice query={query} height={420} />
      <Attention />
      {query.data && hosts > 1 && <Tiles fleet={query.data} />}
      {query.data && hosts > 0 && <MachineList fleet={query.data} />}
      {query.data && hosts === 0 && (
        <Suspense>
          <NoMachine />
        </Suspense>
      )}
    </>
  );
}
