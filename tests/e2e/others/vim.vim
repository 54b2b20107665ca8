" Drives ALE as a user would, and writes what was seen to $OUT.

function! WaitFor(condition) abort
  let l:left = 200
  while !eval(a:condition) && l:left > 0
    sleep 50m
    let l:left -= 1
  endwhile
endfunction

function! Menu(data, items) abort
  let g:data = a:data
  let g:items = a:items
endfunction

doautocmd VimEnter
edit labels.py
call cursor(4, 6)
let g:before = getline(1, '$')
let g:items = []
" The server is starting: ask until it answers.
let g:left = 20
while empty(g:items) && g:left > 0
  call ale#codefix#Execute(0, function('Menu'))
  sleep 500m
  let g:left -= 1
endwhile
if !empty(g:items)
  call ale#codefix#ApplyLSPCodeAction(g:data, g:items[0][1])
  call WaitFor("getline(5) =~# '\"\"\"'")
endif
let g:after = getline(1, '$')
undo
call writefile([json_encode({
  \ 'titles': map(copy(g:items), {_, item -> item[1].title}),
  \ 'before': join(g:before, "\n"),
  \ 'after': join(g:after, "\n"),
  \ 'undone': join(getline(1, '$'), "\n"),
  \})], $OUT)
qall!
