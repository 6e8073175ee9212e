/** What the server's answers come to when they are not what was asked for. */
export const answers = {
  unreadable: "The console could not read the server's answer.",
  unreachable: "The server does not answer.",
  busy: "The server has too much to do at the moment.",
  cutOff: "The answer was cut off.",
  notJson: "The answer is not JSON.",
  status: (status: number) => `The server answered ${status}.`,
};
