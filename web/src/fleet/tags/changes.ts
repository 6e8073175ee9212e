import { text } from "../../text";
import { type FleetChange, pathOf } from "../change/change";

const words = text.fleet.tags;

export interface NewTagBody {
  note: string;
  agent_ids: string[];
  config_names: string[];
}

export function addTag(name: string, body: NewTagBody): FleetChange {
  return {
    title: words.addTitle(name),
    verb: text.fleet.common.add,
    method: "POST",
    path: pathOf("tags", name),
    body,
  };
}

export function changeNote(name: string, note: string): FleetChange {
  return {
    title: words.noteTitle(name),
    verb: text.fleet.common.save,
    method: "PUT",
    path: pathOf("tags", name, "note"),
    body: { note },
  };
}

export function deleteTag(name: string): FleetChange {
  return {
    title: words.delete(name),
    text: words.deleteText,
    verb: text.fleet.common.delete,
    method: "DELETE",
    path: pathOf("tags", name),
    isDangerous: true,
  };
}
