-- Words that differ only in case or accent come out alike, whatever the database's locale (hence pg_c_utf8, and
-- typographic punctuation as space: under the C locale the text-search parser takes it for letters).
-- Bounded, since a tsvector of more than 1 MiB is an error: text of 4-byte letters joined by hyphens is indexed twice.
-- Each step is left out where it is cheap to see that it changes nothing: this runs over every article that is written.
-- It names only what pg_catalog has, since pg_restore computes the search column under an empty search_path.
CREATE FUNCTION blog_search_text(input text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  words text := input;
BEGIN
  IF octet_length(words) = char_length(words) THEN RETURN left(words, 262144); END IF;
  IF octet_length(words) > 120000 THEN words := left(words, 120000); END IF;
  words := lower(regexp_replace(normalize(words, NFD), '[\u00ad\u0300-\u036f]', '', 'g') COLLATE pg_c_utf8);
  IF words ~ '[ςøłđı]' THEN words := translate(words, 'ςøłđı', 'σoldi'); END IF;
  words := regexp_replace(
    words, '[\u0080-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u200b\u2010-\u206f\u2e00-\u2e7f\u3000-\u303f]', ' ', 'g'
  );
  -- Taken apart, the letters of some scripts are three.
  IF octet_length(words) > 120000 THEN words := left(words, 120000); END IF;
  RETURN words;
END $$;
--> statement-breakpoint
CREATE FUNCTION blog_search_vector(title text, content text, author text, category text, tags text[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN setweight(to_tsvector('english', blog_search_text(title)), 'A')
  || setweight(to_tsvector('english', blog_search_text(array_to_string(tags, ' ') || ' ' || category || ' ' || author)), 'B')
  || to_tsvector('english', blog_search_text(content));
