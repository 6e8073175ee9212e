/** Signing in and out. */
export const session = {
  signIn: "Sign in",
  signingIn: "Signing in …",
  signOut: "Sign out",
  name: "Name",
  password: "Password",
  account: (name: string | undefined) => (name ? `Account of ${name}` : "Account"),
  admin: "Administrator",
  reader: "Looks only",
  people: "People and passwords",
  comeBack: "Nobody is signed in here, or no longer. Sign in to go on where you were.",
  firstTime:
    "No name yet? The server prints a link that signs in once when it starts; muster user link prints another.",
  signOutFailed: "That did not work; try again.",
  wrongPassword: "Wrong name or password.",
  tooMany: "Too many attempts. Wait a minute, then try again.",
  inAMoment: (why: string) => `${why} Try again in a moment.`,
  linkGone:
    "This link was used already or is older than 15 minutes. Run muster user link on the server for a new one, or sign in with name and password.",
  linkInAMoment: (why: string) => `${why} Open the link again in a moment.`,
};
