import { AppError } from "../article/errors.ts";
import { operationalPaths } from "../platform/operational-routes.ts";
import type { Operation, OperationDoc, Route } from "./operation.ts";

/**
 * The paths that the server around this handler answers: here for the document, and for the methods that they don't have.
 */
export const operationalRoutes: readonly Route[] = [
  route(operationalPaths.health, {
    id: "health",
    summary: "State and latency of each dependency",
    answers: { 200: health("Ready"), 503: health("Not ready") },
  }),
  route(operationalPaths.live, {
    id: "live",
    summary: "Whether the process makes progress",
    answers: { 200: health("Live"), 503: health("Not live: start it again") },
  }),
  route(operationalPaths.ready, {
    id: "ready",
    summary: "Whether requests may be sent here",
    answers: { 200: health("Ready"), 503: health("Not ready") },
  }),
  route(operationalPaths.metrics, {
    id: "metrics",
    summary: "Metrics for Prometheus; where METRICS_TOKEN is set, for who sends it",
    errors: ["unauthorized"],
    answers: { 200: { description: "Text exposition format", schema: "MetricsText", media_type: "text/plain" } },
  }),
];

type OperationalDoc = Pick<OperationDoc, "id" | "summary" | "answers"> & Partial<Pick<OperationDoc, "errors">>;

function route(template: string, doc: OperationalDoc): Route {
  const operation: Operation = {
    access: "anyone",
    parameters: {},
    doc: { errors: [], ...doc, tag: "operations" },
    run: async () => {
      throw new AppError("not_found", "This path is answered by the server around the API.");
    },
  };
  return { template, operations: { GET: operation } };
}

function health(description: string) {
  return { description, schema: "Health" };
}
