import { Button, Menu, Radio, Stack } from "@mantine/core";
import { chooseZone, ZONE_CHOICES, type ZoneChoice } from "../format/zone";
import { ClockIcon } from "../icons/icons";
import { text } from "../text";
import { useZoneChoice } from "./useZone";

const { zone } = text.shell;

/** Chooses the time zone of all moments that are shown. */
export function ZoneSwitch() {
  const choice = useZoneChoice();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="sm"
          px={8}
          leftSection={<ClockIcon />}
          aria-label={zone.label(zone.short[choice], zone.names[choice])}
        >
          {zone.short[choice]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{zone.title}</Menu.Label>
        {ZONE_CHOICES.map((each) => (
          <Menu.Item
            key={each}
            role="menuitemradio"
            aria-checked={each === choice}
            fw={each === choice ? 600 : undefined}
            onClick={() => chooseZone(each)}
          >
            {zone.names[each]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The same as a list, for the drawer. */
export function ZoneChoices() {
  const choice = useZoneChoice();
  return (
    <Radio.Group
      label={zone.title}
      value={choice}
      onChange={(next) => chooseZone(next as ZoneChoice)}
    >
      <Stack gap="xs" mt="xs">
        {ZONE_CHOICES.map((each) => (
          <Radio key={each} value={each} label={zone.names[each]} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
