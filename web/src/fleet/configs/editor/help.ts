import { hoverTooltip } from "@codemirror/view";
import type { ConfigParts } from "../../types";
import { placeAt, readOutline } from "./outline";
import { keysAt } from "./sections";

/** Says what the option under the pointer does. */
export function helpFrom(parts: ConfigParts) {
  return hoverTooltip((view, position) => {
    const text = view.state.doc.toString();
    const place = placeAt(text, position);
    if (place.part !== "key" || place.from === place.to) return null;
    const name = text.slice(place.from, place.to).replaceAll('"', "");
    const key = keysAt(parts, readOutline(text), place.path).find((each) => each.name === name);
    if (!key?.info && !key?.detail) return null;
    return {
      pos: place.from,
      end: place.to,
      above: true,
      create: () => {
        const dom = document.createElement("div");
        dom.className = "cm-option-help";
        dom.textContent = [key.info, key.detail].filter(Boolean).join(" — ");
        return { dom };
      },
    };
  });
}
