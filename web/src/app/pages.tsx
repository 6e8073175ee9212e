import { Anchor, Button, Center, Loader, Stack, Text, Title } from "@mantine/core";
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { errorText } from "../api/error";
import { text } from "../text";
import { usePageTitle } from "./usePageTitle";

/** Stands for a page whose script is on its way. */
export function LoadingPage() {
  return (
    <Center mih={240}>
      <Loader size="sm" aria-label={text.shell.loading} />
    </Center>
  );
}

/** Stands for an address that leads nowhere. */
export function MissingPage() {
  usePageTitle(text.pages.missing);
  return (
    <Center mih="60vh" p="lg">
      <Stack gap="xs" align="center">
        <Title order={1} size="h3">
          {text.pages.missing}
        </Title>
        <Text c="dimmed">{text.pages.missingWhy}</Text>
        <Anchor component={Link} to="/">
          {text.pages.toMachines}
        </Anchor>
      </Stack>
    </Center>
  );
}

/** Stands for a page that failed while it was drawn. */
export function CrashedPage({ error, reset }: ErrorComponentProps) {
  usePageTitle(text.pages.crashed);
  return (
    <Center mih="60vh" p="lg">
      <Stack gap="xs" align="center" role="alert">
        <Title order={1} size="h3">
          {text.pages.crashed}
        </Title>
        <Text c="dimmed">{errorText(error)}</Text>
        <Button variant="default" onClick={reset}>
          {text.shell.tryAgain}
        </Button>
      </Stack>
    </Center>
  );
}
