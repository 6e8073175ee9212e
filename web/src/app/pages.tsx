import { Anchor, Button, Center, Loader, Stack, Text, Title } from "@mantine/core";
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { errorText } from "../api/error";

export function LoadingPage() {
  return (
    <Center mih={240}>
      <Loader size="sm" aria-label="Loading" />
    </Center>
  );
}

export function MissingPage() {
  return (
    <Center mih="60vh" p="lg">
      <Stack gap="xs" align="center">
        <Title order={1} size="h3">
          There is nothing here
        </Title>
        <Text c="dimmed">The address leads to no page of this console.</Text>
        <Anchor component={Link} to="/">
          All machines
        </Anchor>
      </Stack>
    </Center>
  );
}

export function CrashedPage({ error, reset }: ErrorComponentProps) {
  return (
    <Center mih="60vh" p="lg">
      <Stack gap="xs" align="center" role="alert">
        <Title order={1} size="h3">
          This page failed
        </Title>
        <Text c="dimmed">{errorText(error)}</Text>
        <Button variant="default" onClick={reset}>
          Try again
        </Button>
      </Stack>
    </Center>
  );
}
