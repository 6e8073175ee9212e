import { text } from "../../text";
import { type FleetChange, pathOf } from "../change/change";

const words = text.fleet.config;

export interface WrittenConfig {
  config: unknown;
  note: string;
}

export function addConfig(name: string, written: WrittenConfig, tags: string[]): FleetChange {
  return {
    title: words.createTitle(name),
    verb: text.fleet.common.save,
    method: "POST",
    path: pathOf("configs", name),
    body: { ...written, tags },
  };
}

export function saveConfig(name: string, written: WrittenConfig): FleetChange {
  return {
    title: words.saveTitle(name),
    verb: text.fleet.common.save,
    method: "PUT",
    path: pathOf("configs", name, "config"),
    body: written,
  };
}

export function deleteConfig(name: string): FleetChange {
  return {
    title: text.fleet.configs.delete(name),
    text: text.fleet.configs.deleteText,
    verb: text.fleet.common.delete,
    method: "DELETE",
    path: pathOf("configs", name),
    isDangerous: true,
  };
}

/** Lets a tag give a configuration to its agents. */
export function grantConfig(name: string, tag: string): FleetChange {
  return {
    title: words.addTag(tag, name),
    verb: text.fleet.common.add,
    method: "POST",
    path: pathOf("configs", name, "tags"),
    body: { tags: [tag] },
  };
}

export function revokeConfig(name: string, tag: string): FleetChange {
  return {
    title: words.removeTag(tag, name),
    verb: text.fleet.agents.bulk.removeTag,
    method: "DELETE",
    path: pathOf("tags", tag, "configs", name),
    isDangerous: true,
  };
}
