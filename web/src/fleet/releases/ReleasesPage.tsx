import { useQuery } from "@tanstack/react-query";
import { PageHead } from "../../app/PageHead";
import { QueryNotice } from "../../app/QueryNotice";
import { text } from "../../text";
import { agentsQuery, packagesQuery, tagsQuery } from "../reading";
import { Failures } from "./Failures";
import { FirstPackage } from "./FirstPackage";
import { PackageTable } from "./PackageTable";
import classes from "./releases.module.css";
import { VersionBars } from "./VersionBars";
import { WaveTable } from "./WaveTable";
import { fixedReasons, wavesOf } from "./waves";

const words = text.fleet.releases;

/** Packages of the agent, who runs which version, and upgrading one tag after the other. */
export function ReleasesPage() {
  const packages = useQuery(packagesQuery);
  const agents = useQuery(agentsQuery);
  const tags = useQuery(tagsQuery);
  const lines = agents.data?.agents ?? [];
  return (
    <>
      <PageHead title={words.title} />
      <div className={classes.pair}>
        <section className={classes.card} aria-labelledby="packages">
          <h2 id="packages">{words.packages}</h2>
          <QueryNotice query={packages} height={120} />
          {packages.data?.length === 0 && <FirstPackage />}
          {packages.data && packages.data.length > 0 && <PackageTable packages={packages.data} />}
        </section>
        <section className={classes.card} aria-labelledby="versions">
          <h2 id="versions">{words.versions}</h2>
          <QueryNotice query={agents} height={120} />
          <VersionBars agents={lines} />
        </section>
      </div>
      <section className={classes.card} aria-labelledby="waves">
        <h2 id="waves">{words.waves}</h2>
        <p className={classes.quiet}>{words.wavesText}</p>
        {agents.data && <WaveTable waves={wavesOf(lines, tags.data ?? [])} agents={lines} />}
        {fixedReasons(lines).map(([reason, count]) => (
          <p key={reason} className={classes.quiet}>
            {words.fixed(count, reason)}
          </p>
        ))}
      </section>
      <section className={classes.card} aria-labelledby="failures">
        <h2 id="failures">{words.failures}</h2>
        <Failures agents={lines.filter(({ upgrade }) => upgrade === "failed")} />
      </section>
    </>
  );
}
