-- reason → ok pushes. Every seat is freed, and every node that holds one is told.
local refused = stale()
if refused then return refused end
load_seats()
for _, n in ipairs(seats) do
  tell_ended(n, ARGV[ARGS])
  event('L' .. n .. '\n' .. cold:get('U' .. n) .. '\n' .. ARGV[ARGS])
  touched[node(n)] = true
  redis.call('DEL', INBOX .. n)
end
unhost('0', '-')
seats = {}
return { 'ok', finish() }
