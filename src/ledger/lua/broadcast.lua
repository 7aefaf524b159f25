-- seat fence cid skipped entry chat_max chat_ttl chat_bytes chat_bytes_of_bucket (changes) → ok pushes · dup · fenced · large · wait ms. One number counts for all receivers.
local refused = stale()
if refused then return refused end
local n, generation, cid, more, entry, chat_max, chat_ttl, room_max, all_max, changes = unpack(ARGV, ARGS)
if not is_held(n, tonumber(generation)) then return { 'fenced' } end
local wait = settles_in() or is_unclaimed(n) and CLAIM_WAIT
if wait then
  finish_passing()
  return { 'wait', text(wait) }
end
local used = tonumber(cid)
if used and used <= number(get(n, 'b')) and not is_skipped(n, used) then
  finish_passing()
  return { 'dup' }
end
if changes and not change_attributes(n, changes) then
  finish_passing()
  return { 'large' }
end
if used then raise_broadcast(n, used) end
skip(n, more)
apply(n, cid)
if KEYS[4] then
  local said = entry:sub(entry:find('\n', 1, true) + 1) .. '\n' .. (about(n, NAME) or ''):match('^[^\1]*')
  keep_chat(said, KEYS[4], KEYS[5], KEYS[6], tonumber(chat_max), chat_ttl, tonumber(room_max), tonumber(all_max))
end
load_seats()
append_to_all(entry, used and n .. ':' .. cid .. ':1', n)
return { 'ok', finish_passing() }
