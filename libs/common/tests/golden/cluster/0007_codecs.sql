-- A signed address of a picture is new at every listing: two fifths of what posts took, and half of it with ZSTD (ADR
-- 14). Parts that are there change when they are merged.
ALTER TABLE post_facts ON CLUSTER 'main' MODIFY COLUMN thumbnail_url CODEC(ZSTD(1));

ALTER TABLE account_facts ON CLUSTER 'main' MODIFY COLUMN profile_image CODEC(ZSTD(1));
