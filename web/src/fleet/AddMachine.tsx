export { NoMachine as AddMachine } from "../add/NoMachine";
