// The status bar's item (money, busy) and the language status (health); shows what it is told.

import * as vscode from "vscode";
import { SERVED, type Status } from "./protocol.ts";
import type { Health } from "./server.ts";

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("routerd.spend", vscode.StatusBarAlignment.Right, 100);
  private readonly language = vscode.languages.createLanguageStatusItem("routerd.health", SERVED);
  private money: Status | undefined;
  private program: string[] = [];

  constructor() {
    this.item.name = "routerd";
    this.language.name = "routerd";
    this.language.text = "routerd";
  }

  /** The daemon told of today's money and of running jobs. */
  update(status: Status): void {
    this.money = status;
    this.item.text = `${status.state === "busy" ? "$(loading~spin)" : "$(circuit-board)"} ${today(status)}`;
    this.item.tooltip = [...tooltip(status), ...this.program].join("\n");
    this.item.command = "routerd.spend";
    this.item.backgroundColor = undefined;
    this.item.show();
  }

  health(health: Health): void {
    void vscode.commands.executeCommand("setContext", "routerd.running", health.state === "running");
    this.language.busy = health.state === "starting";
    this.language.severity =
      health.state === "stopped" ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    if (health.state === "running") {
      this.language.text = `routerd ${health.version}`;
      this.language.detail = `from ${health.found.source}`;
      this.program = [`routerd ${health.version} from ${health.found.source}`, health.found.command];
      this.language.command = { title: "Restart", command: "routerd.restart" };
      this.update(this.money ?? NOTHING_YET);
      return;
    }
    const reason = health.state === "stopped" ? health.reason : "starting";
    this.language.text = health.state === "stopped" ? "routerd is down" : "routerd";
    this.language.detail = reason;
    this.language.command = { title: "Show Log", command: "routerd.log" };
    this.item.text = health.state === "stopped" ? "$(error) routerd" : "$(loading~spin) routerd";
    this.item.tooltip = reason;
    this.item.command = "routerd.log";
    this.item.backgroundColor =
      health.state === "stopped" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.item.show();
  }

  dispose(): void {
    vscode.Disposable.from(this.item, this.language).dispose();
  }
}

const NOTHING_YET: Status = { state: "idle", jobs: 0, price: null };

function today({ price }: Status): string {
  if (price === null) return "routerd";
  return price.budget_daily === null ? price.spent_today : `${price.spent_today} / ${price.budget_daily}`;
}

function tooltip({ price, jobs }: Status): string[] {
  const lines: string[] = [];
  if (price !== null) {
    lines.push(`spent today: ${price.spent_today}`);
    if (price.budget_daily !== null) lines.push(`budget: ${price.budget_daily} a day`);
    if (price.saved_today !== null) lines.push(`saved today: ${price.saved_today}`);
  }
  if (jobs > 0) lines.push(`running: ${jobs}`);
  return [...lines, "click for the report", ""];
}
