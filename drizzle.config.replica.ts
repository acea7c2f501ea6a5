import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "postgresql", schema: "./src/store/replica-tables.ts", out: "./drizzle/replica" });
