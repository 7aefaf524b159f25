-- seat fence entry… → ok pushes. For the seat's own inbox.
local refused = stale()
if refused then return refused end
local n = ARGV[ARGS]
if is_held(n, tonumber(ARGV[ARGS + 1])) then
  for index = ARGS + 2, #ARGV do
    open = {}
    append(n, ARGV[index])
  end
end
return { 'ok', finish_passing() }
