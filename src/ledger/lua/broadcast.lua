-- seat fence cid skipped entry chat_max chat_ttl → ok pushes · dup · fenced · wait ms. One number counts for all receivers.
local refused = stale()
if refused then return refused end
local n, generation, cid, more, entry, chat_max, chat_ttl = unpack(ARGV, ARGS)
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
if used then raise_broadcast(n, used) end
skip(n, more)
apply(n, cid)
-- What is said waits here to be stored, as soon as it is taken: `<data>⏎<name>`.
local CHAT, CHATS = KEYS[4], KEYS[5]
if CHAT then
  local said = entry:sub(entry:find('\n', 1, true) + 1) .. '\n' .. (cold:get('m' .. n) or '')
  local length = redis.call('RPUSH', CHAT, said)
  if length == 1 then redis.call('SADD', CHATS, ROOM) end
  if length > tonumber(chat_max) then redis.call('LPOP', CHAT) end
  redis.call('EXPIRE', CHAT, chat_ttl)
end
load_seats()
append_to_all(entry, used and n .. ':' .. cid .. ':1', n)
return { 'ok', finish_passing() }
