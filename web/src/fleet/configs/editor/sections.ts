import { text } from "../../../text";
import type { ConfigOption, ConfigParts } from "../../types";
import { nodeAt, type OutlineNode, textAt } from "./outline";

/** One key that may stand in a section; `values` are what it is usually set to. */
export interface SectionKey {
  name: string;
  detail: string;
  info: string;
  values: readonly unknown[];
  /** What stands behind the colon at first. */
  first: unknown;
  isRequired: boolean;
}

const { parts: words } = text.fleet.config;

const SECTIONS: Record<string, [first: unknown, info: string]> = {
  reader: [{ mode: "tailx" }, words.reader],
  parser: [{ type: "raw" }, words.parser],
  transforms: [[], words.transforms],
  senders: [[], words.senders],
  cleaner: [{}, words.cleaner],
  router: [{}, words.router],
  metric: [[{ type: "cpu" }], words.metric],
};

const COMPONENTS = { reader: "readers", parser: "parsers" } as const;
const LISTS = { transforms: "transforms", senders: "senders" } as const;
const FIRST: Record<string, unknown> = {
  text: "",
  "true or false": true,
  "whole number": 0,
  number: 0,
  list: [],
  object: {},
};

type Path = readonly (string | number)[];

/** Returns what may stand in the object at a path; empty where that is free. */
export function keysAt(
  parts: ConfigParts,
  root: OutlineNode | undefined,
  path: Path,
): SectionKey[] {
  const [section, ...inner] = path;
  const node = nodeAt(root, path);
  if (section === undefined) return [...sectionKeys(), ...parts.runner.map(toKey)];
  if (section === "reader" || section === "parser") {
    if (inner.length > 0) return [];
    return componentKeys(parts, section, COMPONENTS[section], node);
  }
  if (section === "transforms" || section === "senders") {
    if (inner.length !== 1) return [];
    return componentKeys(parts, section.slice(0, -1), LISTS[section], node);
  }
  if (section === "cleaner" && inner.length === 0) return parts.cleaner.options.map(toKey);
  if (section === "router" && inner.length === 0) return parts.router.options.map(toKey);
  if (section === "metric") return metricKeys(parts, root, path, inner);
  return [];
}

/** Returns what is known of the key at a path, undefined when that is nothing. */
export function keyAt(
  parts: ConfigParts,
  root: OutlineNode | undefined,
  path: Path,
): SectionKey | undefined {
  const name = path.at(-1);
  return keysAt(parts, root, path.slice(0, -1)).find((key) => key.name === name);
}

function sectionKeys(): SectionKey[] {
  return Object.entries(SECTIONS).map(([name, [first, info]]) => ({
    name,
    detail: Array.isArray(first) ? words.list : words.object,
    info,
    values: [],
    first,
    isRequired: false,
  }));
}

function componentKeys(
  parts: ConfigParts,
  kind: string,
  list: "readers" | "parsers" | "transforms" | "senders",
  node: OutlineNode | undefined,
): SectionKey[] {
  const typeKey = parts.type_keys[kind] ?? "type";
  const named = textAt(node, typeKey);
  const component = parts[list].find(({ names }) => named !== undefined && names.includes(named));
  const names = parts[list].flatMap((each) => each.names);
  const type: SectionKey = {
    name: typeKey,
    detail: words.nameOf(kind),
    info: component?.about ?? "",
    values: names,
    first: names[0] ?? "",
    isRequired: true,
  };
  return [type, ...(component?.options.map(toKey) ?? [])];
}

function metricKeys(
  parts: ConfigParts,
  root: OutlineNode | undefined,
  path: Path,
  inner: Path,
): SectionKey[] {
  if (inner.length === 1) {
    const types = parts.metrics.map(({ name }) => name);
    return [
      plainKey("type", words.nameOf("type"), types, types[0] ?? ""),
      plainKey("attributes", words.object, [], {}),
      plainKey("config", words.object, [], {}),
    ];
  }
  const type = textAt(nodeAt(root, path.slice(0, 2)), "type");
  const metric = parts.metrics.find(({ name }) => name === type);
  if (!metric || inner.length !== 2) return [];
  if (inner[1] === "attributes") {
    return metric.attributes.map((name) => plainKey(name, words.trueOrFalse, [true, false], true));
  }
  return inner[1] === "config" ? metric.keys.map((name) => plainKey(name, "", [], true)) : [];
}

function plainKey(name: string, detail: string, values: unknown[], first: unknown): SectionKey {
  return { name, detail, info: "", values, first, isRequired: false };
}

function toKey(option: ConfigOption): SectionKey {
  const isSwitch = option.types.length === 1 && option.types[0] === "true or false";
  const choices = option.choices.length > 0 ? option.choices : isSwitch ? [true, false] : [];
  const first = option.default ?? option.choices[0] ?? FIRST[option.types[0] ?? "text"] ?? "";
  return {
    name: option.name,
    detail: option.choices.length > 0 ? words.choice : option.types.join(words.or),
    info: option.description,
    values: choices,
    first: isSwitch ? !option.default : first,
    isRequired: option.is_required,
  };
}
