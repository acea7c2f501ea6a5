import { defineConfig } from "drizzle-kit";

export default defineConfig({ dialect: "postgresql", schema: "./src/store/primary-tables.ts", out: "./drizzle/primary" });
