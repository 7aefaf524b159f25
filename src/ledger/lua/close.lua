-- reason revision → ok pushes. Every seat is freed, and every node that holds one is told; unless somebody has joined by newer
-- settings than say so.
local refused = stale()
if refused then return refused end
if number(cold:get('o')) > tonumber(ARGV[ARGS + 1]) then return { 'ok', finish() } end
load_seats()
for _, n in ipairs(seats) do
  tell_ended(n, ARGV[ARGS])
  event('L' .. n .. '\n' .. about(n, USER) .. '\n' .. ARGV[ARGS])
  touched[node(n)] = true
  redis.call('DEL', INBOX .. n)
end
unhost('0', '-')
seats = {}
return { 'ok', finish() }
