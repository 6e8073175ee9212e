import { Anchor, Button, Loader, PasswordInput, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { Card } from "../app/Card";
import { Logo } from "../app/Logo";
import { Notice } from "../app/Notice";
import { usePageTitle } from "../app/usePageTitle";
import { text } from "../text";
import { parseLinkCode, parseNext } from "./comeback";
import { isRefusal, linkFailureText, signInFailureText } from "./failures";
import { sessionQuery, signIn, signInByLink } from "./queries";
import classes from "./session.module.css";

const { session: words } = text;

/** Signs in by name and password, or by the one-time code behind `#code=` of the address. */
export function SignInPage() {
  const enter = useEnter();
  const link = useMutation({ mutationFn: signInByLink, onSuccess: enter });
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate({ from: "/sign-in" });
  const { mutate } = link;
  const code = parseLinkCode(hash);
  const { next } = useSearch({ from: "/sign-in" });
  const isEntering = code !== null || link.isPending || link.isSuccess;

  useEffect(() => {
    if (code === null) return;
    // The code must not stay in the address bar or the history.
    void navigate({ to: "/sign-in", search: true, hash: "", replace: true });
    mutate(code);
  }, [code, mutate, navigate]);

  usePageTitle(words.signIn);

  return (
    <main className={classes.page}>
      <Card as="div" className={classes.card}>
        <div className={classes.brand}>
          <Logo size={32} />
          <Title order={1} size="h3">
            {text.shell.name}
          </Title>
        </div>
        {link.isError && <Notice>{linkFailureText(link.error)}</Notice>}
        {next !== undefined && !link.isError && !isEntering && (
          <Text size="sm" c="dimmed" mb="md">
            {words.comeBack}
          </Text>
        )}
        {isEntering ? (
          <Text role="status">
            <Loader size="xs" mr="sm" />
            {words.signingIn}
          </Text>
        ) : (
          <PasswordForm onEnter={enter} />
        )}
        <div className={classes.footer}>
          <Text size="sm" c="dimmed" mb="xs">
            {words.firstTime}
          </Text>
          <Anchor href="/docs" size="sm">
            {text.shell.apiDocs}
          </Anchor>
        </div>
      </Card>
    </main>
  );
}

function PasswordForm({ onEnter }: { onEnter: ReturnType<typeof useEnter> }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const attempt = useMutation({
    mutationFn: signIn,
    onSuccess: onEnter,
    onError: (error) => isRefusal(error) && setPassword(""),
  });
  const failure = attempt.isError ? signInFailureText(attempt.error) : undefined;
  const isWrong = attempt.isError && isRefusal(attempt.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name && password) attempt.mutate({ name, password });
  };
  return (
    <form onSubmit={submit} aria-label={words.signIn}>
      <TextInput
        label={words.name}
        autoComplete="username"
        autoFocus
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordInput
        mt="md"
        label={words.password}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={isWrong ? failure : undefined}
      />
      {failure && !isWrong && <Notice>{failure}</Notice>}
      <Button mt="lg" fullWidth type="submit" loading={attempt.isPending}>
        {words.signIn}
      </Button>
    </form>
  );
}

/** Returns what to do with a new session: remember it and go where one came from. */
function useEnter() {
  const router = useRouter();
  const queries = useQueryClient();
  const { next } = useSearch({ from: "/sign-in" });
  return (session: Awaited<ReturnType<typeof signIn>>) => {
    queries.clear();
    queries.setQueryData(sessionQuery.queryKey, session);
    router.history.replace(parseNext(next));
  };
}
