/** In the SELECT of a statement that commits by itself: the commit does not wait for the disk, so a crash of the server may take it back. */
export const commit_soon = "set_config('synchronous_commit', 'off', true)";
