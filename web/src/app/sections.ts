import type { LinkProps } from "@tanstack/react-router";
import type { ComponentType } from "react";
import {
  AuditIcon,
  EventsIcon,
  FleetIcon,
  LogsIcon,
  MachinesIcon,
  SettingsIcon,
} from "../icons/icons";
import { text } from "../text";

export interface Section {
  path: NonNullable<LinkProps["to"]>;
  label: string;
  /** Typed after `g`, it leads here. */
  key: string;
  icon: ComponentType<{ size?: number }>;
}

const { sections } = text.shell;

/** The pages of the menu, in its order; each has a route in router.tsx as well. */
export const SECTIONS: readonly Section[] = [
  { path: "/", label: sections.overview, key: "o", icon: MachinesIcon },
  { path: "/logs", label: sections.logs, key: "l", icon: LogsIcon },
  { path: "/events", label: sections.events, key: "e", icon: EventsIcon },
  { path: "/audit", label: sections.audit, key: "a", icon: AuditIcon },
  { path: "/fleet", label: sections.fleet, key: "f", icon: FleetIcon },
  { path: "/settings", label: sections.settings, key: "s", icon: SettingsIcon },
];
