;;; Drives eglot as a user would, and writes what was seen to $OUT. -*- lexical-binding: t -*-

(require 'eglot)
(require 'json)
(setq eglot-sync-connect 30
      eglot-confirm-server-initiated-edits nil)

(defun wait-for (condition)
  "Wait until CONDITION holds; end with an error where it does not for a minute."
  (let ((end (+ (float-time) 60)))
    (while (not (funcall condition))
      (when (> (float-time) end) (error "Nothing came: %S" condition))
      (accept-process-output nil 0.05))))

(find-file "labels.py")
(call-interactively #'eglot)
(search-forward "parse_")
(let* ((server (eglot-current-server))
       (before (buffer-string))
       (hover (jsonrpc-request server :textDocument/hover (eglot--TextDocumentPositionParams)))
       titles after)
  (undo-boundary)
  (cl-letf ((last-nonmenu-event ?x)
            ((symbol-function 'completing-read)
             (lambda (_prompt choices &rest _)
               (setq titles (mapcar #'car choices))
               (car titles))))
    (eglot-code-actions (point) nil nil t))
  (wait-for (lambda () (not (equal before (buffer-string)))))
  (setq after (buffer-string))
  (undo-boundary)
  (setq last-command nil)
  (undo)
  (with-temp-file (getenv "OUT")
    (insert (json-encode (list :hover (plist-get (plist-get hover :contents) :value)
                               :titles (vconcat titles)
                               :before before
                               :after after
                               :undone (with-current-buffer "labels.py" (buffer-string))))))
  (eglot-shutdown server))
