-- Run once, by the official image, as the superuser, in the empty database that POSTGRES_DB names.

-- Nobody logs in as the superuser over the network; inside the container `psql -U postgres` needs no password.
ALTER ROLE postgres PASSWORD NULL;

\getenv database POSTGRES_DB
\getenv user BLOG_USER
\getenv password BLOG_PASSWORD
CREATE ROLE :"user" LOGIN PASSWORD :'password';
ALTER DATABASE :"database" OWNER TO :"user";
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;

-- For people and dashboards: sees everything, changes nothing, and is cut off before it is in the way.
\getenv reader_password BLOG_READER_PASSWORD
CREATE ROLE blog_reader LOGIN CONNECTION LIMIT 5;
GRANT CONNECT ON DATABASE :"database" TO blog_reader;
GRANT pg_read_all_data, pg_monitor TO blog_reader;
ALTER ROLE blog_reader SET default_transaction_read_only = on;
ALTER ROLE blog_reader SET statement_timeout = '30s';
-- Without a password it gets in from inside the container only.
SELECT :'reader_password' <> '' AS has_password \gset
\if :has_password
ALTER ROLE blog_reader PASSWORD :'reader_password';
\endif
