-- The usual case of `send`, decided on its own before anything else is set up: one entry between two seats of the present
-- epoch whose pair is known, without skipped numbers. Whatever is unusual is left to `send.lua`, which begins anew.

local function swift()
  local room, node, known, n, generation, to, cid, described, entry = unpack(ARGV)
  if #ARGV ~= 9 or cid == '' or n == to then return end
  local hot, inbox, pair = KEYS[1], KEYS[2] .. to, 'c' .. n .. '.' .. to
  local epoch = redis.call('HGET', KEYS[3], 'n')
  local ep, sender, last, receiver = unpack(redis.call('HMGET', hot, 'ep', n, pair, to))
  if not epoch or ep ~= epoch or known ~= '0' and known ~= epoch then return end
  if not (sender and last and receiver) then return end
  -- f|q|y|d|o|l|j|x|k|b|z|a: the sender is connected and claimed, has confirmed its join, and has no skipped numbers.
  if sender:match('^(%d+)|%d*|%d*||[^|]*|[^|]*||||') ~= generation then return end
  local fence, seq, bytes, absent, rest, holder =
    receiver:match('^(%d+)|(%d*)|(%d*)|(%d*)(|[^|]*|[^|]*|[^|]*||[^|]*|[^|]*|[^|]*|(.*))$')
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
  receiver = fence .. '|' .. seq .. '|' .. bytes .. '|' .. absent .. rest
  redis.call('HSET', hot, to, receiver, pair, cid .. mark)
  if absent ~= '' then return { 'ok', {} } end
  local head = 'E ' .. epoch .. ' ' .. to .. ':' .. seq .. ' ' .. n .. ':' .. cid .. ':0'
  if holder == node then return { 'ok', { head, entry } } end
  redis.call('PUBLISH', CHANNEL .. holder, room .. ' ' .. head .. '\n' .. entry)
  return { 'ok', {} }
end

local done = swift()
if done then return done end
