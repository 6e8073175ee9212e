import type { components } from "./schema";

/**
 * The console's part of the API under its own names. Times are Unix microseconds. `schema.d.ts` is
 * generated from the server's OpenAPI document: `npm run types -- PATH`; a test holds it to that.
 */

type Schemas = components["schemas"];

/** An answer holds the fields that have a default too, which the document calls optional. */
type Answered<Schema> = { [Field in keyof Schema]-?: Schema[Field] };

export type Session = Schemas["WhoIs"];

export type HostState = "online" | "offline";
export type Values = (number | null)[];

/** One machine of the fleet; `disk_percent` is of its fullest mount. */
export type FleetHost = Answered<Schemas["HostRow"]> & { state: HostState };
export type Fleet = Omit<Schemas["FleetPage"], "hosts"> & { hosts: FleetHost[] };
export type Trend = Schemas["Trend"];
export type Band = Schemas["Band"];
export type Sparklines = Schemas["Sparklines"];
export type SparklinePage = Schemas["SparklinePage"];

/** What needs a person, the worst first. */
export type Overall = Omit<Schemas["Overall"], "lines"> & { lines: AttentionLine[] };
export type AttentionLine = Omit<Schemas["Line"], "subjects"> & { subjects: AttentionSubject[] };
export type AttentionSubject = Answered<Schemas["Subject"]>;

export type Agent = Schemas["HostAgent"] & { state: HostState };
export type LastValue = Schemas["LastMetric"];

export type NetworkInterface = Answered<Schemas["Interface"]>;
export type Disk = Schemas["Disk"];
export type Inventory = Omit<Answered<Schemas["Inventory"]>, "interfaces" | "battery"> & {
  interfaces: NetworkInterface[] | null;
  battery: Answered<Schemas["Battery"]> | null;
};

export type HostReport = Schemas["Report"];

/** All about one machine; parts that it has not told yet are null. */
export interface HostDetail {
  agent: Agent;
  report: HostReport | null;
  inventory: Inventory | null;
  last: LastValue[];
  /** Groups of metrics that nobody wants of it. */
  off: string[];
  /** Null: it takes no samples at all. */
  interval_s: number | null;
  attention: AttentionLine[];
}

/** The machine by its newest report at or before a moment. */
export interface HostMoment extends Omit<Schemas["HostMoment"], "report" | "inventory"> {
  report: HostReport | null;
  inventory: Inventory | null;
}
export type InventoryVersion = Schemas["InventoryVersion"];
export type InventoryVersions = Schemas["InventoryVersions"];
export type Difference = Schemas["Difference"];

/** What happened to a machine, the oldest first, and how much it logged. */
export type Timeline = Omit<Schemas["Timeline"], "marks"> & { marks: Mark[] };
export type Mark = Answered<Schemas["Mark"]>;
export type MarkKind = Mark["kind"];
export type LogRate = Schemas["LogRate"];

/** Value i of each series belongs to from_us + i * interval_s. */
export type MetricAnswer = Schemas["MetricAnswer"];
export type MetricSeries = Schemas["SeriesValues"];

/** A name that was counted, and what it was counted to. */
export type EventType = Schemas["EventType"];
export type EventStep = Schemas["EventSeries"]["step"];
export type EventSeries = Schemas["EventSeries"];

export type AuditRow = Schemas["AuditRow"];
export type AuditRows = Schemas["AuditRows"];
export type AuditSource = Schemas["AuditSource"];
/** `payload` is what was received, as text. */
export type AuditEvent = Schemas["WholeEvent"];
export type InclusionProof = Schemas["InclusionBody"];
export type ConsistencyProof = Schemas["ConsistencyBody"];
