import type { ArticleInput, Status } from "../article/article.ts";
import type { Language, Several, Topic } from "./language.ts";
import { czech } from "./languages/czech.ts";
import { english } from "./languages/english.ts";
import { french } from "./languages/french.ts";
import { german } from "./languages/german.ts";
import { greek } from "./languages/greek.ts";
import { japanese } from "./languages/japanese.ts";
import { russian } from "./languages/russian.ts";
import { spanish } from "./languages/spanish.ts";
import { createRandom, type Random } from "./random.ts";

/** English twice: it is what most people who look at the articles read. */
const languages: Several<Language> = [english, english, german, french, spanish, czech, greek, russian, japanese];

/** Articles `start` to `start + count − 1` of the endless list that belongs to `seed`: always the same ones. */
export function generateArticles(seed: string | number, start: number, count: number): ArticleInput[] {
  return Array.from({ length: count }, (_, offset) => generateArticle(seed, start + offset));
}

/** One of them, without its predecessors. A short post of some 650 bytes, valid by ArticleInputSchema. */
export function generateArticle(seed: string | number, index: number): ArticleInput {
  const random = createRandom(`${seed}:${index}`);
  const language = random.pick(languages);
  const topic = random.pick(language.topics);
  const fill = createFiller(random, language, topic);
  return {
    title: fill(random.pick(language.titles)),
    content: writeContent(random, language, fill),
    author: chooseAuthor(random, language),
    category: topic.category,
    tags: random.sample(topic.tags, random.integer(1, 3)),
    status: chooseStatus(random),
  };
}

function writeContent(random: Random, language: Language, fill: (template: string) => string): string {
  const middles = random.sample(language.middles, random.integer(3, 6));
  const sentences = [random.pick(language.openings), ...middles, random.pick(language.closings)].map(fill);
  const paragraphs: string[] = [];
  while (sentences.length > 0) paragraphs.push(sentences.splice(0, random.integer(2, 4)).join(language.space));
  return paragraphs.join("\n\n");
}

/** An article stays with one place and one time in most of its sentences, as a person's text would. */
function createFiller(random: Random, language: Language, topic: Topic): (template: string) => string {
  const place = random.pick(language.places);
  const time = random.pick(language.times);
  const slots: Readonly<Record<string, () => string>> = {
    topic: () => topic.name,
    Topic: () => capitalised(topic.name),
    place: () => (random.next() < 0.7 ? place : random.pick(language.places)),
    time: () => (random.next() < 0.7 ? time : random.pick(language.times)),
  };
  return (template) => {
    const n = String(random.integer(3, 40));
    return template.replace(/\{(\w+)\}/g, (slot, name: string) => (name === "n" ? n : (slots[name]?.() ?? slot)));
  };
}

function chooseAuthor(random: Random, { names, family_name_first }: Language): string {
  const { given, family } = random.pick(names);
  const pair = [random.pick(given), random.pick(family)];
  return (family_name_first ? pair.reverse() : pair).join(" ");
}

function chooseStatus(random: Random): Status {
  const part = random.next();
  if (part < 0.8) return "published";
  return part < 0.95 ? "draft" : "archived";
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
