import type { MarkKind } from "../../api/types";
import {
  AuditIcon,
  MachinesIcon,
  PlayIcon,
  PlusIcon,
  PowerIcon,
  RisingIcon,
  SettingsIcon,
  SilenceIcon,
} from "../../icons/icons";

const ICONS: Record<MarkKind, typeof PlusIcon> = {
  enrolled: PlusIcon,
  boot: PowerIcon,
  silence: SilenceIcon,
  config: SettingsIcon,
  runner: PlayIcon,
  upgrade: RisingIcon,
  inventory: MachinesIcon,
  audit: AuditIcon,
};

export function MarkIcon({ kind }: { kind: MarkKind }) {
  const Icon = ICONS[kind];
  return <Icon size={13} />;
}
