import type { components } from "../api/schema";

type Schemas = components["schemas"];
type Answered<Schema> = { [Field in keyof Schema]-?: Schema[Field] };

export type AgentLine = Schemas["AgentLine"];
export type AgentLines = Schemas["AgentLines"];
export type UpgradeStep = Schemas["Step"];

export type RunnerStatus = Answered<Schemas["RunnerStatus"]>;
export type RunnerLine = Omit<Schemas["RunnerLine"], "status"> & {
  status: RunnerStatus | null;
};
export interface RunnerLines {
  server_us: number;
  runners: RunnerLine[];
}

export type ShutOutAgent = Schemas["ShutOutRow"];
export type Tag = Schemas["TagRow"];
export type Config = Schemas["ConfigRow"];
export type ConfigParts = Schemas["ConfigParts"];
export type ConfigOption = Schemas["Option"];
export type ConfigProblem = Schemas["ConfigProblem"];
export type ConfigText = Schemas["ConfigText"];
export type ConfigRevision = Schemas["ConfigRevisionRow"];
export type ConfigRevisions = Schemas["ConfigRevisions"];

export type Revision = Schemas["RevisionRow"];
export type Package = Schemas["ReleaseRow"];
export type CollectingPage = Schemas["CollectingPage"];
export type CollectRule = Schemas["RuleRow"];
export type Ledger = Schemas["Ledger"];
export type AgentCommand = Schemas["CommandRow"];
