-- Words that differ only in case or accent come out alike, whatever the database's locale (hence pg_c_utf8, and
-- typographic punctuation as space: under the C locale the text-search parser takes it for letters).
-- Bounded, since a tsvector of more than 1 MiB is an error: text of 4-byte letters joined by hyphens is indexed twice.
CREATE FUNCTION blog_search_text(input text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
  WHEN octet_length(input) = char_length(input) THEN left(input, 262144)
  ELSE left(translate(lower(
    regexp_replace(
      regexp_replace(normalize(left(input, 120000), NFD), '[\u00ad\u0300-\u036f]', '', 'g'),
      '[\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u200b\u2010-\u206f\u2e00-\u2e7f\u3000-\u303f]', ' ', 'g'
    ) COLLATE pg_c_utf8), 'ςøłđı', 'σoldi'), 120000)
END;
--> statement-breakpoint
CREATE FUNCTION blog_search_vector(title text, content text, author text, category text, tags text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN setweight(to_tsvector('english', blog_search_text(title)), 'A')
  || setweight(to_tsvector('english', blog_search_text(array_to_string(tags, ' ') || ' ' || category || ' ' || author)), 'B')
  || to_tsvector('english', blog_search_text(content));
