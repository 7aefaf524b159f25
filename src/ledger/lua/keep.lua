-- What is said waits here to be stored, as soon as it is taken: `<data>⏎<name>`. Bounded by number and bytes, of its room and of its
-- bucket: beyond that the room's oldest are dropped, and counted until whoever stores the next one has noted the gap.
-- CHAT_BYTES: `<room>` → bytes and number of what waits, `dropped:<room>` → number, `all` → bytes of the bucket.
local function keep_chat(said, chat, chats, bytes, max, ttl, room_max, all_max)
  local OVERHEAD = 64
  local length = redis.call('RPUSH', chat, said)
  if length == 1 then redis.call('SADD', chats, ROOM) end
  local kept = redis.call('HMGET', bytes, ROOM, 'all', 'dropped:' .. ROOM)
  local own = number(tostring(kept[1] or ''):match('^%d+') or 0)
  local all, dropped = number(kept[2] or 0), number(kept[3] or 0)
  if length == 1 then all, own = all - own, 0 end -- what waited before has expired, or a version stored it that does not count
  local size, before = #said + OVERHEAD, dropped
  own, all = own + size, math.max(all, own) + size
  while length > max or own > room_max or all > all_max do
    local oldest = redis.call('LPOP', chat)
    if not oldest then break end
    size = #oldest + OVERHEAD
    length, own, all, dropped = length - 1, math.max(own - size, 0), math.max(all - size, 0), dropped + 1
  end
  redis.call('HSET', bytes, ROOM, text(own) .. ' ' .. text(length), 'all', text(all))
  if dropped > before then redis.call('HSET', bytes, 'dropped:' .. ROOM, text(dropped)) end
  if length > 0 then redis.call('EXPIRE', chat, ttl) end
end
