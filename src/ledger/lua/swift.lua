-- The usual case of `send`, decided on its own before anything else is set up: one entry between two seats of the caller's
-- epoch whose pair is known, without skipped numbers → 1 · what the asking node has to deliver, as other nodes are told it. Whatever
-- is unusual is left to `send.lua`, which begins anew. Short answers, because Redis takes long for a table.
--
-- The bucket's epoch is read only for a caller that names none: a node sends nothing of an older epoch than its handshake has found
-- (`Call::of_epoch`), a server begins another one only with a handshake, and one that was emptied has not this room.

local function swift()
  local room, node, known, n, generation, to, cid, described, entry = unpack(ARGV)
  if #ARGV ~= 9 or cid == '' or n == to then return end
  local hot, inbox, pair = KEYS[1], KEYS[2] .. to, 'c' .. n .. '.' .. to
  local epoch, sender, last, receiver = unpack(redis.call('HMGET', hot, 'ep', n, pair, to))
  if not (epoch and sender and last and receiver) then return end
  if known ~= epoch and (known ~= '0' or redis.call('HGET', KEYS[3], 'n') ~= epoch) then return end
  -- f|q|y|d|o|l|j|x|k|b|z|a: the sender is connected and claimed, has confirmed its join, and has no skipped numbers.
  if sender:match('^(%d+)|%d*|%d*||[^|]*|[^|]*||||') ~= generation then return end
  local fence, seq, bytes, rest, absent, holder =
    receiver:match('^(%d+)|(%d*)|(%d*)()|(%d*)|[^|]*|[^|]*|[^|]*||[^|]*|[^|]*|[^|]*|(.*)$')
  if not fence then return end
  local used, mark = tonumber(last), described == '1' and 'd' or ''
  if not used then used, mark = tonumber(last:sub(1, -2)), 'd' end
  if tonumber(cid) <= used then return { 'dup' } end
  bytes = (tonumber(bytes) or 0) + #entry - entry:find('\n', 1, true)
  if bytes > BYTES then return end
  local length = redis.call('RPUSH', inbox, entry)
  if length == 1 then redis.call('EXPIRE', inbox, 3600) end
  if length > ENTRIES then bytes = bytes - bytes_of(redis.call('LPOP', inbox)) end
  seq = string.format('%.0f', (tonumber(seq) or 0) + 1)
  redis.call('HSET', hot, to, fence .. '|' .. seq .. '|' .. bytes .. receiver:sub(rest), pair, cid .. mark)
  if absent ~= '' then return 1 end
  local push = room .. ' E ' .. epoch .. ' ' .. to .. ':' .. seq .. ' ' .. n .. ':' .. cid .. ':0\n' .. entry
  if holder == node then return push end
  redis.call('PUBLISH', CHANNEL .. holder, push)
  return 1
end

local done = swift()
if done then return done end
