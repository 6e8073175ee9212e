import { ActionIcon, Tooltip, useMantineColorScheme } from "@mantine/core";
import { MoonIcon, SunIcon, SystemIcon } from "../icons/icons";
import { text } from "../text";

const { scheme } = text.shell;
const NEXT = { auto: "light", light: "dark", dark: "auto" } as const;
const ICONS = { auto: SystemIcon, light: SunIcon, dark: MoonIcon } as const;

/** Goes round system, light and dark; the browser remembers the choice. */
export function ColorSchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const SchemeIcon = ICONS[colorScheme];
  const label = scheme.label(scheme.names[colorScheme], scheme.names[NEXT[colorScheme]]);
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(NEXT[colorScheme])}
      >
        <SchemeIcon />
      </ActionIcon>
    </Tooltip>
  );
}
