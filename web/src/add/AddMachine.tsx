import { Button, NumberInput, SegmentedControl, TagsInput, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { errorText } from "../api/error";
import { Card } from "../app/Card";
import { CopyLine } from "../app/CopyLine";
import { tagsQuery } from "../fleet/reading";
import { sessionQuery } from "../session/queries";
import { text } from "../text";
import { Arrivals } from "./Arrivals";
import classes from "./add.module.css";
import { isLoopback, isServer } from "./commands";
import { type MadeToken, makeToken } from "./queries";
import { Steps } from "./Steps";
import { type AddSearch, MAX_MACHINES, WAYS, type Way } from "./search";

const { add: words } = text;

interface AddMachineProps {
  choices: AddSearch;
  onChoose: (choices: Partial<AddSearch>) => void;
}

/** Makes a command that brings in machines, and shows them as they arrive. */
export function AddMachine({ choices, onChoose }: AddMachineProps) {
  const { way = "try", token } = choices;
  const [made, setMade] = useState<MadeToken | null>(null);
  const session = useQuery(sessionQuery);
  const server = choices.server ?? window.location.origin;
  if (session.data && !session.data.is_admin) return <AdminsOnly />;
  const own = made !== null && made.token.id === token ? made.text : null;
  const again = () => onChoose({ token: undefined });
  return (
    <div className={classes.flow}>
      {token === undefined ? (
        <Draft
          choices={choices}
          onChoose={onChoose}
          onMade={(fresh) => {
            setMade(fresh);
            onChoose({ token: fresh.token.id });
          }}
        />
      ) : (
        <>
          {own === null ? (
            <Text size="sm" c="dimmed">
              {words.onceOnly}
            </Text>
          ) : (
            <>
              <SegmentedControl
                aria-label={words.way}
                value={way}
                data={WAYS.map((value) => ({ value, label: words.ways[value] }))}
                onChange={(next) => onChoose({ way: next as Way })}
              />
              <Steps way={way} server={server} token={own} />
            </>
          )}
          <h2 className={classes.step}>{words.arrivals}</h2>
          <Arrivals token_id={token} hasCommand={own !== null} onAgain={again} />
        </>
      )}
    </div>
  );
}

interface DraftProps extends AddMachineProps {
  onMade: (made: MadeToken) => void;
}

function Draft({ choices, onChoose, onMade }: DraftProps) {
  const { machines = 1, tags = [], server = window.location.origin } = choices;
  const known = useQuery(tagsQuery);
  const make = useMutation({ mutationFn: makeToken, onSuccess: onMade });
  const isWrong = !isServer(server);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isWrong) make.mutate({ machines, tags });
  };
  return (
    <Card as="form" className={classes.draft} aria-label={words.title} onSubmit={submit}>
      <TextInput
        className={classes.server}
        label={words.server}
        value={server}
        error={isWrong && words.serverWrong}
        onChange={({ currentTarget: { value } }) => onChoose({ server: value })}
      />
      <NumberInput
        label={words.machines}
        min={1}
        max={MAX_MACHINES}
        allowDecimal={false}
        clampBehavior="strict"
        value={machines}
        onChange={(value) => onChoose({ machines: Number(value) || undefined })}
      />
      <TagsInput
        label={words.tags}
        description={words.tagsHint}
        data={(known.data ?? []).map(({ name }) => name)}
        value={tags}
        onChange={(next) => onChoose({ tags: next.length > 0 ? next : undefined })}
      />
      {!isWrong && isLoopback(server) && <p className={classes.hint}>{words.loopback}</p>}
      {make.isError && (
        <Text size="sm" c="var(--bad)" role="alert">
          {errorText(make.error)}
        </Text>
      )}
      <Button type="submit" className={classes.make} loading={make.isPending} disabled={isWrong}>
        {words.make}
      </Button>
    </Card>
  );
}

function AdminsOnly() {
  return (
    <div className={classes.flow}>
      <p className={classes.hint}>{words.adminsOnly}</p>
      <CopyLine
        label={words.start}
        content="muster token create --scope agent --name web2 --expires 1h --agents 1"
      />
    </div>
  );
}
