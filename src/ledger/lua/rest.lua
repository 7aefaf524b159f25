-- The usual case of `audit`, decided on its own before anything else is set up: seats of the present epoch that have missed nothing,
-- and whose clients have acknowledged everything → 1. Whatever is unusual is left to `audit.lua`, which begins anew.

local function rest()
  local known, hot, wanted = ARGV[3], KEYS[1], { 'ep', 'T' }
  for index = 4, #ARGV, 4 do wanted[#wanted + 1] = ARGV[index] end
  if #wanted > 1000 then return end
  local epoch = redis.call('HGET', KEYS[3], 'n')
  local found = redis.call('HMGET', hot, unpack(wanted))
  local ep, prolonged = found[1], found[2]
  if not epoch or ep ~= epoch or known ~= '0' and known ~= epoch then return end
  if not prolonged or clock() - tonumber(prolonged) >= 720000 then return end
  local emptied, changed = {}, {}
  for place = 3, #found do
    local index = 4 * place - 8
    local n, generation, seen, acked = ARGV[index], ARGV[index + 1], ARGV[index + 2], ARGV[index + 3]
    if not found[place] then return end
    -- f|q|y|d|o|l|j|x|k|b|z|a: not orphaned, told of its losses, has confirmed its join, claimed.
    local fence, seq, bytes, after = found[place]:match('^(%d+)|(%d*)|(%d*)|()%d*|||||[^|]*|[^|]*|[^|]*|')
    if fence ~= generation or (seq == '' and '0' or seq) ~= seen then return end
    if tonumber(acked) < tonumber(seen) then return end
    if bytes ~= '' then
      emptied[#emptied + 1] = KEYS[2] .. n
      changed[#changed + 1], changed[#changed + 2] = n, fence .. '|' .. seq .. '||' .. found[place]:sub(after)
    end
  end
  if #emptied > 0 then
    redis.call('DEL', unpack(emptied))
    redis.call('HSET', hot, unpack(changed))
  end
  return 1
end

local settled = rest()
if settled then return settled end
