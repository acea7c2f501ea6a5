import { afterAll } from "bun:test";
import { shutDownServices } from "./supervisor-client.ts";

// Runs once, after the last test of the last file. A run that is cut off is cleaned up by the supervisor itself.
afterAll(shutDownServices, 60_000);
